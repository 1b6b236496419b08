package simulator_test

import (
	"errors"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"parley/internal/carrier"
	"parley/internal/dbtest"
	"parley/internal/notify/simulator"
)

func TestO8_TheSimulatorOffersValidNumbers(t *testing.T) {
	t.Parallel()
	n := simulator.NewNumbers(dbtest.New(t).Ent)
	for _, c := range [][2]string{{"GB", ""}, {"GB", "20"}, {"US", ""}, {"US", "212"}, {"FR", ""}, {"FR", "1"}, {"DE", "30"}} {
		offered, err := n.Search(t.Context(), c[0], c[1], 100)
		if err != nil || len(offered) != 100 {
			t.Fatalf("%v: %d numbers, %v", c, len(offered), err)
		}
		seen := map[string]bool{}
		for _, o := range offered {
			number, err := phonenumbers.Parse(o.Number, "ZZ")
			if err != nil || !phonenumbers.IsValidNumberForRegion(number, c[0]) || o.Country != c[0] || seen[o.Number] {
				t.Errorf("%v: %+v, %v", c, o, err)
			}
			if c[1] != "" && (o.AreaCode == nil || *o.AreaCode != c[1]) {
				t.Errorf("%v: %+v", c, o)
			}
			seen[o.Number] = true
		}
	}
	for _, c := range [][2]string{{"XX", ""}, {"GB", "00"}, {"US", "12345678"}} {
		if offered, err := n.Search(t.Context(), c[0], c[1], 10); err != nil || len(offered) != 0 {
			t.Errorf("%v: %v, %v", c, offered, err)
		}
	}
}

func TestO8_TheSimulatorSellsANumberOnce(t *testing.T) {
	t.Parallel()
	n := simulator.NewNumbers(dbtest.New(t).Ent)
	ctx := t.Context()
	first := func() string {
		t.Helper()
		offered, err := n.Search(ctx, "US", "201", 1)
		if err != nil || len(offered) != 1 {
			t.Fatal(offered, err)
		}
		return offered[0].Number
	}
	number := first()
	for range 2 {
		if err := n.Purchase(ctx, number, "num_1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Purchase(ctx, number, "num_2"); !errors.Is(err, carrier.ErrNotAvailable) {
		t.Errorf("sold again: %v", err)
	}
	if first() == number {
		t.Error("what was sold is offered")
	}
	if err := n.Release(ctx, number, "num_2"); err != nil || first() == number {
		t.Errorf("somebody else has given it back: %v", err)
	}
	for range 2 {
		if err := n.Release(ctx, number, "num_1"); err != nil || first() != number {
			t.Errorf("given back: %v, and offered is %s", err, first())
		}
	}
}
