/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server of tests/support/serve.py. What goes wrong with it fails the test:
 * that is not what the test is about. */
typedef struct _TestServer TestServer;

/* ARGUMENTS as in a shell: "mosquitto --tls", "versitygw --bucket b --proxy".
 * NULL: it cannot be had here, and the test has been skipped with the reason. */
TestServer *test_server_new (const gchar *arguments);
void test_server_free (TestServer *self);

/* What it printed: PORT, ENDPOINT, PROXY_PORT, CA ... */
const gchar *test_server_get (TestServer *self, const gchar *key);
guint test_server_get_port (TestServer *self, const gchar *key);

/* "restart", "bucket NAME", "proxy add {...}": must be answered by "ok". Gives
 * the JSON behind it, or an empty string. */
gchar *test_server_ask (TestServer *self, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
void test_server_tell (TestServer *self, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)

G_END_DECLS
