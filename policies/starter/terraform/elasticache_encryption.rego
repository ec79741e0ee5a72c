# METADATA
# title: A cache is encrypted
# custom:
#   id: AXLE-TF-CACHE-1
#   fix: "Set at_rest_encryption_enabled = true"
#   standards: [Security Hub ElastiCache.4]
package axle.terraform.elasticache_encryption

import data.axle.lib

says := "cache %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("aws_elasticache_replication_group"), ["at_rest_encryption_enabled"], says)
