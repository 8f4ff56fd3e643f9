package bench

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/daemon"
	"countersign/internal/clean"
)

// ours is `countersign run --once --from-beginning`, with its log in a file. What
// its messages came to, the desk is asked afterwards.
func ours(j job) (r run, err error) {
	c, err := load(j.Config)
	if err != nil {
		return r, err
	}
	f, err := os.Create(filepath.Join(j.Dir, "log"))
	if err != nil {
		return r, err
	}
	defer f.Close()
	log := zerolog.New(zerolog.SyncWriter(clean.JSON(f))).With().Timestamp().Logger()
	return r, daemon.Once(context.Background(), c, time.Now, log, true)
}
