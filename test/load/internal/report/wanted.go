package report

import "slices"

// Ratio is a wanted figure beside the one that was measured.
type Ratio struct {
	What   string
	Value  float64
	Wanted float64
	Least  bool // at least so much is wanted; else at most
}

// Met tells whether it is as wanted.
func (r Ratio) Met() bool {
	if r.Least {
		return r.Value >= r.Wanted
	}
	return r.Value <= r.Wanted
}

// The names of the systems that are compared.
const (
	parley  = "parley"
	limit   = "limit"
	gorilla = "gorilla"
	stock   = "stock"
	paced   = "limit at parley's pace"
)

// The windows of broadcasts.
const (
	alone  = 2
	bursts = 32
)

// Ratios are all that are wanted and were measured.
func (b *Book) Ratios() []Ratio {
	w := &wanting{book: b}
	for _, setting := range b.settings() {
		if n, window, ok := broadcastOf(setting); ok && window == alone {
			w.broadcast(n)
		}
	}
	for _, setting := range b.settings() {
		if isMemory(setting) {
			w.atMost(12, setting+": KB each", value{setting, parley, KilobytesEach}, one)
			w.atMost(0.3, setting+": of stock's KB", value{setting, parley, KilobytesEach}, value{setting, stock, KilobytesEach})
		}
	}
	w.rest()
	w.faults()
	return w.ratios
}

// value is where to find a median.
type value struct{ setting, system, name string }

// one is the value to divide by where no ratio is wanted.
var one = value{}

// wanting collects ratios.
type wanting struct {
	book   *Book
	ratios []Ratio
}

func (w *wanting) broadcast(n int) {
	setting, at := Broadcast(n, alone), thousands(n)+" subscribers: "
	of := func(system, name string) value { return value{setting, system, name} }
	w.atMost(1.3, at+"CPU per delivery, of the limit's", of(parley, CPUMicrosPerDelivery), of(limit, CPUMicrosPerDelivery))
	w.atMost(1.3, at+"CPU per delivery, of the limit's at the same pace", of(parley, CPUMicrosPerDelivery), of(paced, CPUMicrosPerDelivery))
	w.atMost(0.25, at+"CPU per delivery, of stock's", of(parley, CPUMicrosPerDelivery), of(stock, CPUMicrosPerDelivery))
	w.atLeast(3.5, at+"deliveries a second, of stock's", of(parley, DeliveriesPerSecond), of(stock, DeliveriesPerSecond))
	w.atLeast(1, at+"deliveries a second, of gorilla's", of(parley, DeliveriesPerSecond), of(gorilla, DeliveriesPerSecond))
	w.atMost(0.35, at+"p99, of stock's", of(parley, P99Millis), of(stock, P99Millis))
	w.atMost(0.4, at+"CPU per delivery in bursts, of that of single messages",
		value{Broadcast(n, bursts), parley, CPUMicrosPerDelivery}, of(parley, CPUMicrosPerDelivery))
}

func (w *wanting) rest() {
	w.atLeast(3, "sendMessage over HTTP, of stock's", value{Sending, parley, MessagesPerSecond}, value{Sending, stock, MessagesPerSecond})
	w.atLeast(0.9, "sendMessage with a bus between two processes, of one process's",
		value{BusIdle, parley, MessagesPerSecond}, value{BusAlone, parley, MessagesPerSecond})
	w.atLeast(50_000, "events a second while catching up", value{CatchUp, parley, EventsPerSecond}, one)
	w.atMost(2, "p99 of others meanwhile, of that before", value{CatchUp, parley, P99Millis}, value{CatchUp, parley, P99MillisBefore})
	w.atMost(2, "p99 of others while many come back, of that before",
		value{Reconnect, parley, P99Millis}, value{Reconnect, parley, P99MillisBefore})
}

// faults are what Parley did wrong in all rounds of everything.
func (w *wanting) faults() {
	for _, name := range Faults() {
		sum, measured := 0.0, false
		for _, r := range w.book.results {
			if v, ok := r.Values[name]; ok && r.System == parley {
				sum, measured = sum+v, true
			}
		}
		if measured {
			w.ratios = append(w.ratios, Ratio{What: "everywhere: " + name, Value: sum})
		}
	}
}

func (w *wanting) atMost(bound float64, what string, v, of value) {
	w.add(Ratio{What: what, Wanted: bound}, v, of)
}

func (w *wanting) atLeast(bound float64, what string, v, of value) {
	w.add(Ratio{What: what, Wanted: bound, Least: true}, v, of)
}

// add adds a ratio of which both sides were measured: the median of those of the rounds, in which both sides had the same
// machine.
func (w *wanting) add(r Ratio, v, of value) {
	var all []float64
	below := w.book.rounds(of.setting, of.system, of.name)
	for round, above := range w.book.rounds(v.setting, v.system, v.name) {
		if of == one {
			all = append(all, above)
		} else if below[round] != 0 {
			all = append(all, above/below[round])
		}
	}
	var measured bool
	if r.Value, measured = median(all); measured {
		w.ratios = append(w.ratios, r)
	}
}

// Sound tells whether nothing of Parley's was lost, doubled, out of order or cut off.
func (b *Book) Sound() bool {
	return !slices.ContainsFunc(b.results, func(r Result) bool {
		return r.System == parley && slices.ContainsFunc(Faults(), func(name string) bool { return r.Values[name] != 0 })
	})
}
