package history

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	// The configuration of whoever runs the tests does not matter.
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	os.Exit(m.Run())
}
