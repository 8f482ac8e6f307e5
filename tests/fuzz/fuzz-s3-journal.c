/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The journal of a spool, as a crash or a person may have left it: it is refused,
 * or what it says keeps its promises. */
#include "fuzz.h"

#include "anc-s3-plan.h"
#include "anc-s3-spool-private.h"

#include <string.h>

static void
check_record (const AncS3SpoolRecord *record)
{
  FUZZ_CHECK (record->bucket != NULL && record->key != NULL);
  FUZZ_CHECK (record->description != NULL);
  FUZZ_CHECK (record->creating >= 0 && record->started >= 0);
  FUZZ_CHECK (record->parts->len <= ANC_S3_MAX_PARTS);
  for (guint i = 0; i < record->parts->len; i++) {
    const AncS3Part *part = record->parts->pdata[i];

    FUZZ_CHECK (part == NULL || (part->number == i + 1 && part->etag != NULL));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gchar *text = g_malloc (size + 1);
  AncS3SpoolRecord record;
  gboolean done = FALSE;
  gsize whole = 0;

  if (size > 0)
    memcpy (text, data, size);
  text[size] = '\0';
  anc_s3_spool_record_init (&record);
  if (anc_s3_spool_parse_journal (text, size, &record, &done, &whole)) {
    FUZZ_CHECK (whole > 0 && whole <= size && data[whole - 1] == '\n');
    check_record (&record);
  }
  anc_s3_spool_record_clear (&record);
  g_free (text);
  return 0;
}
