package faults

import "testing"

// A judge of merges that acquits everyone is none, either.
func TestFamily(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(log *[]entry, x *traveller)
		want  breach
	}{
		"nothing":            {func(*[]entry, *traveller) {}, ""},
		"of another room":    {func(_ *[]entry, x *traveller) { delete(x.got, "id2") }, ""},
		"forgotten":          {func(log *[]entry, _ *traveller) { *log = (*log)[1:] }, forgotten},
		"twice in the log":   {func(log *[]entry, _ *traveller) { *log = append(*log, (*log)[0]) }, doubled},
		"two in the log":     {func(log *[]entry, _ *traveller) { *log = append(*log, entry{ID: "other", Body: "id0"}) }, keyTwice},
		"lost":               {func(_ *[]entry, x *traveller) { delete(x.got, "id1") }, lost},
		"lost with the room": {func(_ *[]entry, x *traveller) { delete(x.got, "id0") }, lost},
		"doubled":            {func(_ *[]entry, x *traveller) { x.got["id0"] = 2 }, doubled},
		"sent away":          {func(_ *[]entry, x *traveller) { x.told = &ending{complete: true} }, sentAway},
	} {
		f := &family{r: &run{}, said: []said{{"id0", 0}, {"id1", 1}, {"id2", 2}}}
		x, log := &traveller{began: 1, got: map[string]int{}}, []entry{}
		for _, s := range f.said {
			x.got[s.id], log = 1, append(log, entry{ID: s.id, Body: s.id})
		}
		c.spoil(&log, x)
		f.checkLog(log)
		f.checkTraveller(x)
		if found := f.r.found; c.want == "" && len(found) > 0 || c.want != "" && !convicted(found, c.want) {
			t.Errorf("%s: found %v, want %q", name, found, c.want)
		}
	}
}
