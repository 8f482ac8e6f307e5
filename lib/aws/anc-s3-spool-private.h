/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-description-json.h"
#include "anc-s3-spool.h"

#define ANC_S3_SPOOL_SUFFIX ".upload"
#define ANC_S3_SPOOL_JOURNAL "journal"
#define ANC_S3_SPOOL_NEW_JOURNAL "journal.new"
#define ANC_S3_SPOOL_PART "part-%05u"

/* Takes a locked journal over. */
AncS3SpoolEntry *anc_s3_spool_entry_adopt (AncS3Spool *spool,
                                           const gchar *folder, gint journal);

/* Empty, for a journal to fill in. */
void anc_s3_spool_record_init (AncS3SpoolRecord *record);
void anc_s3_spool_record_clear (AncS3SpoolRecord *record);
/* Reads `size` bytes that a NUL follows, and changes them. `*ret_whole` of them
 * are whole lines; the rest is half a line that a crash left. FALSE: no journal
 * of ours; `record` is to be cleared all the same. */
gboolean anc_s3_spool_parse_journal (gchar *text, gsize size,
                                     AncS3SpoolRecord *record,
                                     gboolean *ret_done, gsize *ret_whole);

/* Removes the files of a folder that are the spool's own, and the folder. */
void anc_s3_spool_remove_folder (const gchar *folder);

/* FALSE with errno as the cause. */
gboolean anc_s3_spool_sync_folder (const gchar *folder);

void anc_s3_spool_error (GError **error, const gchar *doing, const gchar *path,
                         gint number);
