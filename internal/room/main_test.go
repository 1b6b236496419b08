package room_test

import (
	"testing"

	"parley/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
