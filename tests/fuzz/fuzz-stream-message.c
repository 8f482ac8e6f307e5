/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anc.v1 frames, the first byte choosing text or binary. What is understood is
 * written again and must be understood as the same. */
#include "fuzz.h"

#include "anc-stream-message.h"

static void
check_again (const AncStreamMessage *message, gboolean text)
{
  g_autoptr (GBytes) frame = text ? anc_stream_message_to_text (message, NULL)
                                  : anc_stream_message_to_binary (message);
  g_autoptr (AncStreamMessage) again = NULL;

  if (frame == NULL)
    return;
  again = anc_stream_message_parse (frame, text, NULL);
  g_assert_nonnull (again);
  g_assert_cmpint (again->type, ==, message->type);
  g_assert_cmpuint (again->seq, ==, message->seq);
  g_assert_cmpuint (again->pts, ==, message->pts);
  g_assert_cmpuint (again->duration, ==, message->duration);
  g_assert_cmpuint (again->flags, ==, message->flags);
  g_assert_cmpstr (again->hello.caps, ==, message->hello.caps);
  g_assert_cmpstr (again->hello.format, ==, message->hello.format);
  if (message->payload != NULL)
    g_assert_true (g_bytes_equal (again->payload, message->payload));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean text = size > 0 && data[0] % 2 == 0;
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (AncStreamMessage) message = NULL;

  if (size == 0)
    return 0;
  frame = g_bytes_new (data + 1, size - 1);
  message = anc_stream_message_parse (frame, text, NULL);
  if (message == NULL || message->type == ANC_STREAM_OTHER)
    return 0;
  check_again (message, TRUE);
  if (message->type == ANC_STREAM_DATA)
    check_again (message, FALSE);
  return 0;
}
