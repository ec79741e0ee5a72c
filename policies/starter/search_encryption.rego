# METADATA
# title: A search domain is encrypted
# custom:
#   id: AXLE-SEARCH-1
#   fix: "Set EncryptionAtRestOptions: { Enabled: true }"
#   standards: [Security Hub Opensearch.1, Security Hub ES.1]
package axle.rules.search_encryption

import data.axle.lib

says := "search domain %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of_any({"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}), ["EncryptionAtRestOptions", "Enabled"], says)
