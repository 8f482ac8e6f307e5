/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What goes wrong on purpose: "CALL:N:WHAT[:VALUE]" is done to the N-th call of
 * its kind (`*`: to all). CALL is next, response, error, init-error, register or
 * event-next; WHAT is
 *
 *   status:CODE  answered with this status, and not looked at
 *   reset        the connection is reset once the head was read
 *   lose         done, and the connection reset in the place of an answer
 *   stall:MS     answered so much later
 *   cut:BYTES    done, and after so many bytes of the answer the end
 *
 * Counted and safe to use from several threads. */
typedef enum {
  ANC_CALL_NEXT,
  ANC_CALL_RESPONSE,
  ANC_CALL_ERROR,
  ANC_CALL_INIT_ERROR,
  ANC_CALL_REGISTER,
  ANC_CALL_EVENT_NEXT,
  ANC_CALLS,
} AncCall;

const gchar *anc_call_name (AncCall call);

typedef enum {
  ANC_FAULT_NONE,
  ANC_FAULT_STATUS,
  ANC_FAULT_RESET,
  ANC_FAULT_LOSE,
  ANC_FAULT_STALL,
  ANC_FAULT_CUT,
} AncFaultKind;

typedef struct {
  AncFaultKind kind;
  guint value;
} AncFault;

typedef struct _AncFaults AncFaults;

AncFaults *anc_faults_new (void);
void anc_faults_free (AncFaults *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncFaults, anc_faults_free)

/* FALSE with a sentence: that is no rule. */
gboolean anc_faults_add (AncFaults *self, const gchar *rule, GError **error);
/* Counts a call, and says what to do to it. */
AncFault anc_faults_take (AncFaults *self, AncCall call);
