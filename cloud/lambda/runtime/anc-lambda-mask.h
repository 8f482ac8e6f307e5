/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Takes secrets out of what is logged or told to callers: the credentials of the
 * environment wherever they stand, and what follows a word like `token=` or
 * `Authorization:`. A net, not a licence: no secret belongs in a message. Safe to
 * use from several threads. */
typedef struct _AncLambdaMask AncLambdaMask;

AncLambdaMask *anc_lambda_mask_new (void);
void anc_lambda_mask_free (AncLambdaMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaMask, anc_lambda_mask_free)

/* Free with g_free (). */
gchar *anc_lambda_mask_text (AncLambdaMask *self, const gchar *text);
/* The same in all strings of a tree; members whose names tell of secrets go
 * whole. A new tree. */
JsonNode *anc_lambda_mask_node (AncLambdaMask *self, JsonNode *node);
