/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A response that is sent while it is made. */
typedef struct _AncLambdaStream AncLambdaStream;

/* Sends now, and waits while Lambda takes no more. FALSE: the connection broke,
 * and nothing more can be sent. */
gboolean anc_lambda_stream_write (AncLambdaStream *self, gconstpointer data,
                                  gsize size, GError **error);
