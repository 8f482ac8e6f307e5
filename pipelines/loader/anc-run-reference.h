/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * References with which a canceller runs well and cleans nothing. */
#pragma once

#include "anc-meter.h"
#include "anc-parameters.h"
#include "anc-result.h"

/* After a run that was not cut short: adds to the warnings of `result`, whose
 * stats are collected, what is wrong with a reference: silent, the same sound
 * as the primary, or much shorter. */
void anc_run_check_references (const AncParameters *parameters,
                               GstElement *pipeline, AncMeter *meter,
                               AncResult *result);
