"""The settings of the bridge: `bridge.toml` and one `stores/NAME.toml` a store, read strictly and frozen."""

from bridge.settings.bridge_file import BridgeSettings
from bridge.settings.coins import CoinSettings, StatusSettings
from bridge.settings.database import DatabaseSettings
from bridge.settings.limits import LimitSettings
from bridge.settings.loading import Settings, load, load_store
from bridge.settings.plans import PlanSettings
from bridge.settings.reload import ReloadReport, compare, with_new_stores
from bridge.settings.showing import SettingHelp, ShownSetting, describe, reference
from bridge.settings.staff import StaffMember
from bridge.settings.store_file import StoreSettings
from bridge.settings.sync import SyncSettings

__all__ = [
    "BridgeSettings",
    "CoinSettings",
    "DatabaseSettings",
    "LimitSettings",
    "PlanSettings",
    "ReloadReport",
    "SettingHelp",
    "Settings",
    "ShownSetting",
    "StaffMember",
    "StatusSettings",
    "StoreSettings",
    "SyncSettings",
    "compare",
    "describe",
    "load",
    "load_store",
    "reference",
    "with_new_stores",
]
