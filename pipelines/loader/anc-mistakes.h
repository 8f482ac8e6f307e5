/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that is wrong with a config file: a person who writes one wants to hear
 * it at once, not sentence by sentence. */
#pragma once

#include <glib.h>

/* In the order in which they were found, no sentence twice. */
typedef struct _AncMistakes AncMistakes;

AncMistakes *anc_mistakes_new (void);
void anc_mistakes_free (AncMistakes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMistakes, anc_mistakes_free)

guint anc_mistakes_count (const AncMistakes *self);
const GError *anc_mistakes_get (const AncMistakes *self, guint i);

/* Takes over what a function that has failed says, and leaves *error clear for
 * the next one. */
void anc_mistakes_take (AncMistakes *self, GError **error);

/* For those who want one error: the first, and how many follow it. */
void anc_mistakes_to_error (const AncMistakes *self, GError **error);
