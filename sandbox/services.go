package sandbox

import (
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/iam"
	"github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/marketplaceagreement"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/organizations"
	"github.com/axle-cd/axle/sandbox/s3"
	"github.com/axle-cd/axle/sandbox/servicecatalog"
	"github.com/axle-cd/axle/sandbox/servicequotas"
	"github.com/axle-cd/axle/sandbox/sns"
	"github.com/axle-cd/axle/sandbox/sqs"
	"github.com/axle-cd/axle/sandbox/sts"
	"github.com/axle-cd/axle/sandbox/world"
)

// Services are all that the sandbox answers.
func Services() []world.Service {
	return []world.Service{
		sts.Service(), iam.Service(), organizations.Service(), s3.Service(), sqs.Service(), sns.Service(), servicequotas.Service(),
		licensemanager.Service(), marketplacecatalog.Service(), marketplaceagreement.Service(),
		cloudformation.Service(), servicecatalog.Service(),
	}
}
