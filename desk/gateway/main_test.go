package gateway

import (
	"os"
	"testing"

	"countersign/internal/suite"
)

func TestMain(m *testing.M) { os.Exit(suite.Waiting{M: m}.Run()) }
