// Package servicequotas answers the operations of AWS's servicequotas over the world.
package servicequotas

import (
	_ "github.com/aws/aws-sdk-go-v2/service/servicequotas"
)
