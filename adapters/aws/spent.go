package aws

import (
	"strings"
	"sync"

	"github.com/axle-cd/axle/catalog"
)

// spent counts the calls to what a catalog costs: Service Catalog, and the templates' buckets.
type spent struct {
	mu sync.Mutex
	in map[[2]string]catalog.CallsIn
}

// readers are the beginnings of operations that change nothing.
var readers = []string{"Describe", "Get", "Head", "List", "Scan", "Search"}

func (s *spent) note(p place, o op) {
	if o.service != "servicecatalog" && o.service != "s3" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in == nil {
		s.in = map[[2]string]catalog.CallsIn{}
	}
	at := [2]string{p.account, p.region}
	c := s.in[at]
	c.Account, c.Region = p.account, p.region
	if hasPrefix(o.name, readers) {
		c.Reads++
	} else {
		c.Writes++
	}
	s.in[at] = c
}

func hasPrefix(name string, all []string) bool {
	for _, prefix := range all {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Spent is what this session has called so far, repeated calls included.
func (s *Session) Spent() catalog.Spent {
	s.spent.mu.Lock()
	defer s.spent.mu.Unlock()
	so := catalog.Spent{At: s.clock.Now(), In: map[[2]string]catalog.CallsIn{}}
	for at, c := range s.spent.in {
		so.In[at] = c
	}
	return so
}
