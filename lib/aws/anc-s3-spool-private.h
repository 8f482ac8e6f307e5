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

/* Removes the files of a folder that are the spool's own, and the folder. */
void anc_s3_spool_remove_folder (const gchar *folder);

/* FALSE with errno as the cause. */
gboolean anc_s3_spool_sync_folder (const gchar *folder);

void anc_s3_spool_error (GError **error, const gchar *doing, const gchar *path,
                         gint number);
