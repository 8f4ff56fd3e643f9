package kv

// DryRun runs fn on the store as it is now and throws its writes away; fn sees
// them meanwhile. It never waits for a writer and never makes one wait.
func DryRun(s Viewer, fn func(Tx) error) error {
	return s.View(func(v View) error { return fn(newStage(v)) })
}

// stage holds back the writes of one function, above a transaction of either
// kind, and counts what it does.
type stage struct {
	below  Reader
	writes map[string][]byte // nil: deleted
	ops    int               // reads that went below, and writes
}

func newStage(below Reader) *stage { return &stage{below: below, writes: map[string][]byte{}} }

func (s *stage) Get(key string) ([]byte, error) {
	if v, ok := s.writes[key]; ok {
		return v, nil
	}
	s.ops++
	return s.below.Get(key)
}

func (s *stage) Put(key string, value []byte) error {
	if err := CheckPut(key, value); err != nil {
		return err
	}
	s.set(key, append(make([]byte, 0, len(value)), value...))
	return nil
}

func (s *stage) Delete(key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	s.set(key, nil)
	return nil
}

func (s *stage) set(key string, value []byte) {
	if _, ok := s.writes[key]; !ok {
		s.ops++
	}
	s.writes[key] = value
}

// apply makes the writes on tx.
func (s *stage) apply(tx Tx) error {
	for key, value := range s.writes {
		var err error
		if value == nil {
			err = tx.Delete(key)
		} else {
			err = tx.Put(key, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
