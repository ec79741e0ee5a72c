# METADATA
# title: A volume is of a current kind
# custom:
#   id: AXLE-EC2-9
#   fix: "Set VolumeType: gp3: it costs a fifth less than gp2, the default"
#   standards: [AWS cost optimization]
package axle.rules.ebs_type

import data.axle.lib

says := "volume %s is of an old, dearer kind"

good := {
	"gp3",
	"io2",
	"st1",
	"sc1",
}

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::EC2::Volume"), ["VolumeType"], good, says)
