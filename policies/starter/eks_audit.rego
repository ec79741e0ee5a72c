# METADATA
# title: A Kubernetes cluster logs who asks
# custom:
#   id: AXLE-EKS-3
#   fix: "Set Logging: { ClusterLogging: { EnabledTypes: [{ Type: audit }] } }"
#   standards: [Security Hub EKS.8]
package axle.rules.eks_audit

import data.axle.lib

steps := ["Logging", "ClusterLogging", "EnabledTypes"]

audited contains member.id if {
	some member in lib.members(lib.of("AWS::EKS::Cluster"), steps)
	lib.at(member.value, ["Type"]) == "audit"
}

warn contains finding if {
	some id, value in lib.values(lib.of("AWS::EKS::Cluster"), steps)
	some finding in lib.judged(id, steps, value, id in audited, "cluster %s does not log who asks")
}
