/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Heads of HTTP, as the handshake reads them. */
#include "fuzz.h"

#include "anc-ws-head.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gchar *const names[]
      = { "Connection", "upgrade", "Sec-WebSocket-Key", "x" };
  g_autoptr (AncWsHead) head
      = anc_ws_head_parse ((const gchar *) data, size, NULL);

  if (head == NULL)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const gchar *value = anc_ws_head_get (head, names[i]);
    g_auto (GStrv) list = anc_ws_head_list (head, names[i]);

    g_assert_nonnull (anc_ws_head_word (head, i));
    g_assert_nonnull (list);
    if (value != NULL)
      g_assert_true (anc_ws_head_value_is_valid (value));
    anc_ws_head_has (head, names[i], "websocket");
  }
  return 0;
}
