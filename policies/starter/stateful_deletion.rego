# METADATA
# title: What holds data says what becomes of it
# custom:
#   id: AXLE-CFN-1
#   fix: "Set DeletionPolicy: Retain or Snapshot, or Delete where losing the data is meant"
#   standards: [AWS CloudFormation best practices]
package axle.rules.stateful_deletion

import data.axle.lib

# Buckets are not among them: a stack cannot delete one that holds anything.
stateful := {
	"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster",
	"AWS::EFS::FileSystem", "AWS::EC2::Volume", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster", "AWS::Redshift::Cluster",
}

warn contains lib.finding(id, [], sprintf("%s holds data and goes with its stack: DeletionPolicy is not set", [id])) if {
	some id, resource in input.Resources
	object.get(resource, "Type", "") in stateful
	not lib.given(object.get(resource, "DeletionPolicy", null))
}
