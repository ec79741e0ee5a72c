package market

import "slices"

// Acts says whether the organization's account can change experiences at all.
func (o Office) Acts() bool {
	account := string(o.Organization.Account)
	return account == o.Management || slices.Contains(o.Administrators, account)
}

// Never is why no grant would ever be active in such an organization, or "".
func (l *Licences) Never(s Setup) string {
	switch {
	case l.Accept == "assume":
		return "" // each account by itself
	case s.Management != string(l.Granter):
		return "accept is auto, and the granter is not the management account: its grants would wait for ever"
	case !s.Linked:
		return "accept is auto, and License Manager is not linked to the organization: grants would wait for ever"
	}
	return ""
}

// Experienced says whether an entry's experiences are in the organization.
func (f *File) Experienced(organization string) bool {
	return slices.ContainsFunc(f.Experiences, func(e Entry) bool { return e.Organization == organization })
}
