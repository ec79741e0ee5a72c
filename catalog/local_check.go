package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// local names what sharing by reference does not do for a portfolio's receivers, and which
// mode or entry does it (CAT-35).
func (c *checks) local(p PortfolioFile, f *File, key string) {
	own := p.Mode == Import || p.Mode == Copied
	for i, s := range p.Shares {
		at := []string{"portfolios", key, "shares", strconv.Itoa(i)}
		switch {
		case own && s.Principals:
			c.warn("AXLE2681", "mode "+p.Mode+" admits principals to each spoke's own portfolio, and none to the shared one", "remove principals from the share", append(at, "principals")...)
		case s.Account != "" && !f.lists(string(s.Account)):
			c.warn("AXLE2682", fmt.Sprintf("account %s must accept this share, and spokes has no entry for it: axle cannot accept it there", s.Account),
				"add it under spokes with a role that the hub may assume", append(at, "account")...)
		case !own && s.Account == "" && len(p.Principals) > 0 && !s.Principals:
			c.warn("AXLE2683", "nobody in these spokes may launch: principals do not go along with this share", "write principals: true, or mode: import for portfolios of the spokes' own", at...)
		}
	}
	for i, who := range p.Principals {
		in := accountOf(who.ARN)
		foreign := who.Type == "IAM" && !strings.ContainsAny(who.ARN, "*?") && in != "" && in != string(f.Hub.Account)
		if foreign && !own && !p.admitsAbroad(who) {
			c.warn("AXLE2684", fmt.Sprintf("spoke %s needs mode: import or copy: a principal of its own cannot be admitted in the hub, and only patterns go along with a share", in),
				"or use an IAM_PATTERN and share with principals: true", "portfolios", key, "principals", strconv.Itoa(i), "arn")
		}
	}
}

func (c *checks) warn(code, summary, hint string, path ...string) {
	c.Found = append(c.Found, c.Doc.Fault(code, summary, hint, path...).Warning())
}

// regions names the spokes that the hub has no portfolio for.
func (c *checks) regions(f *File) {
	for i, s := range f.Spokes {
		for j, region := range s.Regions {
			if len(f.Hub.Regions) > 0 && !slices.Contains(f.Hub.Regions, region) {
				c.warn("AXLE2685", fmt.Sprintf("the hub publishes nothing in %s: these spokes would need copies from another region, which axle does not make", region),
					"add it to hub.regions ("+strings.Join(f.Hub.Regions, ", ")+"), or take it out here", "spokes", strconv.Itoa(i), "regions", strconv.Itoa(j))
			}
		}
	}
}

// lists says whether spokes has an entry for the account itself.
func (f *File) lists(account string) bool {
	return slices.ContainsFunc(f.Spokes, func(s SpokeFile) bool { return string(s.Account) == account })
}

// sharesAlone says whether a portfolio is shared with the account alone.
func (f *File) sharesAlone(account string) bool {
	for _, p := range f.Portfolios {
		if slices.ContainsFunc(p.Shares, func(s ShareFile) bool { return string(s.Account) == account }) {
			return true
		}
	}
	return false
}
