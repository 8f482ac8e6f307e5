/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-http-request.h"
#include "anc-reply.h"

/* A call and its answer in one line of JSON: {"call":"response","id":"...",
 * "status":202,"method":...,"path":...,"fields":{...},"trailers":{...},
 * "size":5,"body":"..."}; a body that is not UTF-8 is left out, and a long one is
 * cut. Free with g_free (). */
gchar *anc_runtime_record (const gchar *call, const gchar *id,
                           const AncHttpRequest *request,
                           const AncReply *reply);
