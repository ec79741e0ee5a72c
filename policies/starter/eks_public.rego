# METADATA
# title: A Kubernetes cluster is not open to the internet
# custom:
#   id: AXLE-EKS-2
#   fix: "Set EndpointPublicAccess: false, or name the networks in PublicAccessCidrs"
#   standards: [Security Hub EKS.1]
package axle.rules.eks_public

import data.axle.lib

clusters := {id: properties |
	some id, properties in lib.of("AWS::EKS::Cluster")
	not lib.is_false(lib.at(properties, ["ResourcesVpcConfig", "EndpointPublicAccess"]))
}

# Without networks it is open to all.
warn contains finding if {
	some finding in lib.wants_given(clusters, ["ResourcesVpcConfig", "PublicAccessCidrs"], "cluster %s is open to the internet")
}

warn contains finding if {
	some member in lib.members(clusters, ["ResourcesVpcConfig", "PublicAccessCidrs"])
	some finding in lib.judged_at(member, [], member.value, lib.ends(member.value, "/0") == false, sprintf("cluster %s is open to the internet", [member.id]))
}
