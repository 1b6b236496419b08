package document_test

import (
	"os"
	"testing"

	"parley/internal/dbtest"
	"parley/internal/inspect"
)

func TestMain(m *testing.M) {
	inspect.Main(os.Args)
	dbtest.Main(m)
}
