// Package sns answers the operations of AWS's sns over the world.
package sns

import (
	_ "github.com/aws/aws-sdk-go-v2/service/sns"
)
