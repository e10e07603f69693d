"""What browsers' clients fetch before they send: the settings of their source, in each client's own words."""

from typing import Any

_COMPRESSION = ["gzip", "gzip-js", "base64"]


def segment(key: str, *, scheme: str, host: str) -> dict[str, Any]:
    """Return a project's settings for analytics.js: send here, and nothing else."""
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
                "retryQueue": True,
            }
        },
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def rudderstack(key: str, *, source_id: int, name: str) -> dict[str, Any]:
    """Return a source's configuration for RudderStack's clients: no destinations, no reports to anybody."""
    off = {"enabled": False}
    return {
        "source": {
            "id": str(source_id),
            "name": name,
            "writeKey": key,
            "enabled": True,
            "workspaceId": "jejak",
            "connections": [],
            "destinations": [],
            "dataplanes": {},
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "updatedAt": "2026-01-01T00:00:00.000Z",
        },
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "consentManagementMetadata": {},
    }


def posthog(key: str) -> dict[str, Any]:
    """Return a project's remote configuration for PostHog's clients: capture only."""
    return {
        "token": key,
        "supportedCompression": _COMPRESSION,
        "hasFeatureFlags": False,
        "captureDeadClicks": False,
        "capturePerformance": False,
        "autocapture_opt_out": False,
        "autocaptureExceptions": False,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": True,
        "errorTracking": {"autocaptureExceptions": False, "suppressionRules": []},
        "sessionRecording": False,
        "heatmaps": False,
        "conversations": False,
        "surveys": False,
        "productTours": False,
        "logs": {"captureConsoleLogs": False},
        "defaultIdentifiedOnly": True,
        "siteApps": [],
        "siteAppsJS": [],
        "toolbarParams": {},
        "isAuthenticated": False,
    }


def posthog_flags(request_id: str) -> dict[str, Any]:
    """Return that there are no feature flags, in the shape of every version that asks."""
    return {
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": False,
        "requestId": request_id,
        "supportedCompression": _COMPRESSION,
        "sessionRecording": False,
        "config": {"enable_collect_everything": False},
        "toolbarParams": {},
        "isAuthenticated": False,
        "siteApps": [],
    }
