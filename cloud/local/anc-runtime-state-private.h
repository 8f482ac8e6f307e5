/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-runtime-state.h"

typedef enum {
  STATE_STARTED,
  STATE_INIT_ERROR,
  STATE_READY, /* waits for an event, or has one */
  STATE_RESPONSE,
  STATE_ERROR_RESPONSE,
  STATE_RESPONSE_SENT,
} State;

struct _AncRuntimeState {
  const AncFunctionNames *names;
  GMutex lock; /* for all below */
  GCond changed;
  State state;
  gboolean ended;
  gboolean asked;         /* `next` came, and waits */
  AncInvocation *current; /* borrowed; NULL: none */
  GBytes *init_error;     /* NULL: none */
  gchar *init_error_type;
  GHashTable *extensions; /* name: Extension */
};

/* With the lock held, or by its only user. */
gboolean anc_runtime_state_extensions_ready (AncRuntimeState *self);
GHashTable *anc_runtime_extensions_new (void);
