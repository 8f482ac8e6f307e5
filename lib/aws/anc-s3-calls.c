/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-calls.h"

const AncS3Calls *
anc_s3_calls (void)
{
  static const AncS3Calls calls = {
    .put = anc_s3_put_object,
    .create = anc_s3_create_multipart_upload,
    .upload_part = anc_s3_upload_part,
    .complete = anc_s3_complete_multipart_upload,
    .abort = anc_s3_abort_multipart_upload,
    .list_parts = anc_s3_list_parts,
    .list_uploads = anc_s3_list_multipart_uploads,
    .head = anc_s3_head_object,
    .check = anc_s3_check_access,
  };
  return &calls;
}
