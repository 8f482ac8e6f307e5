/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-parameters.h"

/* A fresh directory that goes, with what is in it, when the test ends. */
typedef struct {
  gchar *directory;
} Fixture;

void fixture_set_up (Fixture *self, gconstpointer data);
void fixture_tear_down (Fixture *self, gconstpointer data);

gchar *fixture_path (const Fixture *self, const gchar *leaf);
gchar *fixture_write (const Fixture *self, const gchar *leaf,
                      const gchar *text);
/* 16-bit mono WAV at 8 kHz: `frames` in the header, `present` in the file. */
gchar *fixture_write_wav (const Fixture *self, const gchar *leaf,
                          guint32 frames, guint32 present);
/* How many files there are, hidden ones too. */
guint fixture_count (const Fixture *self);

/* Writes the text, in which ' stands for ", as p.json and loads it. */
AncPipelineFile *fixture_load (const Fixture *self, const gchar *text,
                               GError **error);
AncParameters *fixture_parameters (const Fixture *self, const gchar *text);

void assert_error (const GError *error, gint code, const gchar *part);

#define fixture_add(path, func)                                                \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
