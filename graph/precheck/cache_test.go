package precheck_test

import (
	"fmt"
	"testing"
)

func TestKnownDocumentsAreShared(t *testing.T) {
	t.Parallel()
	c := setup(t)
	first, _ := c.Document("{a}", false)
	again, _ := c.Document("{a}", false)
	if first != again {
		t.Error("a document was parsed twice")
	}
	elsewhere, _ := setup(t).Document("{a}", false)
	if first == elsewhere {
		t.Error("a document is shared by two checkers")
	}
}

func TestKnownDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	c := setup(t)
	first, _ := c.Document("{a}", false)
	for i := range 3000 {
		if _, errs := c.Document(fmt.Sprintf("{a%s}#%d", times(600, " "), i), false); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	if again, _ := c.Document("{a}", false); first == again {
		t.Error("the first document is still known")
	}
}
