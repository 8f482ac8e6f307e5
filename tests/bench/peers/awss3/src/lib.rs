// SPDX-License-Identifier: LGPL-2.1-or-later
//! Links gst-plugin-aws, whose entry points GStreamer looks for.
extern crate gstaws;
