# METADATA
# title: A cache speaks TLS
# custom:
#   id: AXLE-TF-CACHE-2
#   fix: "Set transit_encryption_enabled = true"
#   standards: [Security Hub ElastiCache.5]
package axle.terraform.elasticache_transit

import data.axle.lib

says := "cache %s does not speak TLS"

warn contains finding if some finding in lib.wants_true(lib.of("aws_elasticache_replication_group"), ["transit_encryption_enabled"], says)
