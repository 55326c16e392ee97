"""The published data sets that `spobet import NAME DIR OUT` knows."""

from __future__ import annotations

from spobet.ingest import asl_citizen, asl_signs, autsl, include, karsl, lsa64, ms_asl
from spobet.ingest.published_set import PublishedSet

PUBLISHED: tuple[PublishedSet, ...] = (
    asl_signs.ASL_SIGNS,
    asl_citizen.ASL_CITIZEN,
    autsl.AUTSL,
    include.INCLUDE,
    karsl.KARSL,
    lsa64.LSA64,
    ms_asl.MS_ASL,
)
