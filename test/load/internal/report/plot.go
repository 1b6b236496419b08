package report

func (b *Book) plot() string          { return "" }
func (b *Book) page(m Machine) string { return m.String() }
