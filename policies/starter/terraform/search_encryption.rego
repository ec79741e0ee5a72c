# METADATA
# title: A search domain is encrypted
# custom:
#   id: AXLE-TF-SEARCH-1
#   fix: "Set encrypt_at_rest { enabled = true }"
#   standards: [Security Hub Opensearch.1]
package axle.terraform.search_encryption

import data.axle.lib

says := "search domain %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of_any(["aws_opensearch_domain", "aws_elasticsearch_domain"]), ["encrypt_at_rest", 0, "enabled"], says)
