package transport_test

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"parley/internal/limits"
)

// BenchmarkBroadcast is one entry on its way to all members of a group, over real sockets: alone, and in bursts.
func BenchmarkBroadcast(b *testing.B) {
	for _, members := range []int{1, 10, 1000} {
		for _, burst := range []int{1, 32} {
			b.Run(fmt.Sprintf("members=%d/burst=%d", members, burst), func(b *testing.B) { broadcast(b, members, burst) })
		}
	}
}

func broadcast(b *testing.B, members, burst int) {
	house := setup(b, limit(func(l *limits.Limits) { l.AddressConnections = 0 }))
	log := house.resolver.Logs.Topic("a")
	texts := make([]string, burst)
	for i := range texts {
		texts[i] = strings.Repeat("x", 256)
	}
	var bytes atomic.Int64
	arrived := make(chan struct{}, 1)
	size := 0 // of one text to all
	for i := range members {
		m := house.enter(b, fmt.Sprintf("m-%d", i), `subscription($topic:String!){entries(topic:$topic){text}}`, on("a"))
		const header = 4
		size += header + len(`{"id":"`+m.id+`","type":"next","payload":{"data":{"entries":{"text":"`+texts[0]+`"}}}}`)
		go func() { _, _ = io.Copy(counter{&bytes, arrived}, m.in) }()
	}
	want := int64(0)
	for b.Loop() {
		log.Write(texts...)
		for want += int64(burst * size); bytes.Load() < want; {
			<-arrived
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(members*burst), "ns/delivery")
}

// counter counts the bytes that arrive.
type counter struct {
	bytes   *atomic.Int64
	arrived chan struct{}
}

func (c counter) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	select {
	case c.arrived <- struct{}{}:
	default:
	}
	return len(p), nil
}
