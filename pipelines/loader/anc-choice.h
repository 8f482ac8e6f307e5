/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named pieces of launch text, one of which stands for ${name}. All of them
 * are written in the config file; a user only picks. */
#pragma once

#include "anc-json.h"

typedef struct {
  gchar *name;
  gchar *parameter;      /* its value is the key of the fragment */
  GHashTable *fragments; /* value -> launch text */
  gboolean broken;       /* has mistakes: some of this is not known */
} AncChoice;

/* NULL if it is no object; else what could be read. */
AncChoice *anc_choice_new (const AncJson *json, const gchar *name,
                           AncMistakes *mistakes);
void anc_choice_free (AncChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncChoice, anc_choice_free)

/* Finds the next ${name} in the text. TRUE with the name and where the whole
 * placeholder begins and ends. */
gboolean anc_placeholder_next (const gchar *text, gchar **ret_name,
                               const gchar **ret_begin, const gchar **ret_end);

/* Does the launch text give an element this name? */
gboolean anc_text_declares (const gchar *text, const gchar *element);
/* The factory of the element to which it gives this name, or NULL. */
gchar *anc_text_factory_of (const gchar *text, const gchar *element);

/* Each called once per ${name}, in order; the text that stands for it, or
 * NULL with an error. */
typedef gchar *(*AncPlaceholderFunc) (const gchar *name, gpointer data,
                                      GError **error);
gchar *anc_text_replace (const gchar *text, AncPlaceholderFunc func,
                         gpointer data, GError **error);
