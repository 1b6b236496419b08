package throttle

// Kept is for how many a bucket is kept.
func (b *Bucket) Kept() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.buckets)
}
