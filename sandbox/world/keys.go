package world

// Seed gives a new world its randomness. A world that has one keeps it.
func Seed(tx Tx, seed []byte) {
	if _, ok := tx.Get(keySeed); !ok {
		tx.Put(keySeed, seed)
	}
}

// Started says by which start the world was made, "" for none yet.
func Started(tx Tx) string {
	raw, _ := tx.Get("m/start")
	return string(raw)
}

// MarkStarted notes by which start the world was made.
func MarkStarted(tx Tx, name string) { tx.Put("m/start", []byte(name)) }

// NewUser makes an IAM user of the account, who may do everything, and his credential.
func NewUser(c *Call, account, name string) Credential {
	user := c.In(account, "")
	k := Credential{
		AccessKeyID:     c.NewID("AKIA", 16, Upper),
		SecretAccessKey: c.NewID("", 40, Mixed),
		Principal:       Principal{ARN: user.ARN("iam", "user/"+name), Account: account},
	}
	PutCredential(c, k)
	Put(user, KindUser, name, User{Name: name, Account: account, Created: c.Now, Grants: Grants{Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}})
	c.Tx.Put("m/user/"+name, []byte(k.AccessKeyID))
	return k
}

// PutCredential keeps a credential.
func PutCredential(c *Call, k Credential) { Put(c.In("", ""), KindCredential, k.AccessKeyID, k) }

// FindCredential finds a credential by its access key id.
func FindCredential(c *Call, accessKeyID string) (Credential, bool) {
	return Get[Credential](c.In("", ""), KindCredential, accessKeyID)
}

// UserCredential finds the credential of a user that NewUser made.
func UserCredential(c *Call, name string) (Credential, bool) {
	id, ok := c.Tx.Get("m/user/" + name)
	if !ok {
		return Credential{}, false
	}
	return FindCredential(c, string(id))
}

// SeedOf is the world's randomness.
func SeedOf(tx Tx) []byte {
	seed, _ := tx.Get(keySeed)
	return seed
}

// Clear removes everything.
func Clear(tx Tx) {
	var keys []string
	tx.Scan("", func(key string, _ []byte) bool { keys = append(keys, key); return true })
	for _, key := range keys {
		tx.Put(key, nil)
	}
}
