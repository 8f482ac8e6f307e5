/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* An answer of HTTP. */
typedef struct {
  guint status;
  GString *fields; /* whole lines */
  GBytes *body;
} AncReply;

AncReply *anc_reply_new (guint status, const gchar *content_type, GBytes *body);
/* {"errorMessage":...,"errorType":...}, as the Runtime API has them. */
AncReply *anc_reply_new_error (guint status, const gchar *type,
                               const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* 202 {"status":"OK"} */
AncReply *anc_reply_new_accepted (void);
void anc_reply_free (AncReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncReply, anc_reply_free)

/* Left out where there is no value. */
void anc_reply_add_field (AncReply *self, const gchar *name,
                          const gchar *value);
/* As it goes over the wire. */
GBytes *anc_reply_render (const AncReply *self);
