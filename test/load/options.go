package main

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are what can be chosen.
type options struct {
	quick    bool
	measures []string
	rounds   int
	duration time.Duration // of one measurement
	crowds   []int         // subscribers in one room
	held     int           // idle subscriptions
	behind   int           // events
	readers  int           // goroutines of the clients
	gogc     int           // of servers whose memory is measured
	out      string        // folder of the report; empty for none
	server   string        // a built Parley
}

// parse reads the arguments.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	var measures, crowds string
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(out)
	f.BoolVar(&o.quick, "quick", false, "everything in some seconds, to see that it works: the figures mean nothing")
	f.StringVar(&measures, "measures", strings.Join(names(), ","), "what to measure")
	f.IntVar(&o.rounds, "rounds", 3, "how often everything takes its turn")
	f.DurationVar(&o.duration, "duration", 3*time.Second, "how long one measurement takes")
	f.StringVar(&crowds, "subscribers", "1000,5000", "how many subscribers one room has")
	f.IntVar(&o.held, "held", 9000, "how many idle subscriptions are held")
	f.IntVar(&o.behind, "behind", 10_000, "how many events a subscriber has to catch up with")
	f.IntVar(&o.readers, "readers", max(1, runtime.NumCPU()/2), "how many goroutines read for the clients")
	f.IntVar(&o.gogc, "gogc", 10, "GOGC of the servers whose memory is measured; 100 is what Go does by itself")
	f.StringVar(&o.out, "out", "", "folder of the report; docs/load unless told, with -quick none")
	f.StringVar(&o.server, "server", "", "a built Parley; it is built where none is given")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	o.measures = strings.Split(measures, ",")
	if err := o.setCrowds(crowds); err != nil {
		return options{}, err
	}
	if o.quick {
		o.shrink()
	} else if o.out == "" {
		o.out = "docs/load"
	}
	return o, o.check()
}

func (o *options) setCrowds(list string) error {
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return fmt.Errorf("-subscribers %s: want numbers with commas between them", list)
		}
		o.crowds = append(o.crowds, n)
	}
	return nil
}

// shrink makes everything so small that it takes some seconds.
func (o *options) shrink() {
	o.rounds, o.duration, o.crowds, o.held, o.behind = 1, 300*time.Millisecond, []int{20}, 40, 200
}

func (o *options) check() error {
	for _, name := range o.measures {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("-measures: there is no %q; there are %s", name, strings.Join(names(), ", "))
		}
	}
	if o.rounds < 1 || o.duration <= 0 || o.held < 3 || o.behind < 1 || o.readers < 1 {
		return fmt.Errorf("-rounds, -duration, -held, -behind and -readers must be more than nothing")
	}
	return nil
}
