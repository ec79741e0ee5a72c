package catalog

// Merge puts together what several products want: a portfolio that each of them names is one,
// with the placements of all.
func Merge(all ...Catalog) Catalog {
	joined := Join(all...)
	c := Catalog{Products: joined.Products, Gone: joined.Gone}
	for _, p := range joined.Portfolios {
		if n := len(c.Portfolios); n > 0 && c.Portfolios[n-1].Region == p.Region && c.Portfolios[n-1].Key == p.Key {
			last := &c.Portfolios[n-1]
			last.Placements = append(last.Placements[:len(last.Placements):len(last.Placements)], p.Placements...)
			continue
		}
		c.Portfolios = append(c.Portfolios, p)
	}
	return c
}
