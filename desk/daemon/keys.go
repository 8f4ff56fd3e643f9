package daemon

// What this package writes, and nobody else.
const (
	drillKey = "drill/now" // the latest time that a drill's clock showed
)
