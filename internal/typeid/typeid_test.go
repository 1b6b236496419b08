package typeid_test

import (
	"strings"
	"testing"

	"parley/internal/typeid"
)

func TestNewIsWellFormedAndInOrderOfTime(t *testing.T) {
	t.Parallel()
	last := ""
	for range 1000 {
		id := typeid.New("room")
		if prefix, ok := typeid.Prefix(id); !ok || prefix != "room" {
			t.Fatalf("Prefix(%q) = %q, %v", id, prefix, ok)
		}
		if id <= last {
			t.Fatalf("%q does not sort after %q", id, last)
		}
		last = id
	}
}

func TestPrefixRefusesWhatIsNotAnID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "_", "room", "room_", "room_1", "_01h455vb4pex5vsknk084sn02q", "room_81h455vb4pex5vsknk084sn02q",
		"room_01h455vb4pex5vsknk084sn02", "room_01h455vb4pex5vsknk084sn02u", "ROOM_01h455vb4pex5vsknk084sn02q",
		"room_01h455vb4pex5vsknk084sn\x00q", "ro\x00m_01h455vb4pex5vsknk084sn02q",
	} {
		if _, ok := typeid.Prefix(id); ok {
			t.Errorf("Prefix(%q) accepted it", id)
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add("room_01h455vb4pex5vsknk084sn02q")
	f.Fuzz(func(t *testing.T, id string) {
		if prefix, ok := typeid.Prefix(id); ok && !strings.HasPrefix(id, prefix+"_") {
			t.Errorf("Prefix(%q) = %q", id, prefix)
		}
	})
}
