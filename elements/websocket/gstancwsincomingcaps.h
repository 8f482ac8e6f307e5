/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-stream-message.h"

/* The caps that a hello stands for; NULL: it stands for none, or they are not in
 * `allowed` (NULL: all are), and `ret_fault` is a sentence about it. The hello is
 * untrusted. */
GstCaps *gst_anc_ws_incoming_caps (const AncStreamHello *hello,
                                   const GstCaps *allowed, gchar **ret_fault);
