package document

import "time"

// Duration is text with a unit: 30m, 72h, 90d. Zero is absent.
type Duration time.Duration

// AccountID is an AWS account id: text of exactly 12 digits.
type AccountID string
