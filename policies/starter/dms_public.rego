# METADATA
# title: A replication instance is not reachable from the internet
# custom:
#   id: AXLE-DMS-1
#   fix: "Set PubliclyAccessible: false; true is the default"
#   standards: [Security Hub DMS.1]
package axle.rules.dms_public

import data.axle.lib

says := "replication instance %s is reachable from the internet"

deny contains finding if some finding in lib.wants_false(lib.of("AWS::DMS::ReplicationInstance"), ["PubliclyAccessible"], says)
