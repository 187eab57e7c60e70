"""Units of measure and money by their English and Chinese names; knows how they convert."""

from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit as `factor` of a base unit; units of one base can be compared."""

    base: str
    factor: Decimal


# Per line: base, factor, spellings. Lower case, after NFKC (℃ is °c, ￥ is ¥, ㎏ is kg).
_TABLE = """
%       1         % percent per_cent pct 个百分点 percentage_points
second  1         s sec secs second seconds 秒 秒钟
second  60        min mins minute minutes 分钟
second  3600      h hr hrs hour hours 小时 个小时 個小時 小時 钟头 个钟头
second  86400     day days 天 日 个自然日 calendar_day calendar_days
second  604800    week weeks wk 周 星期 个星期 礼拜 週
workday 1         working_day working_days workday workdays 工作日 个工作日 個工作日
workday 1         business_day business_days
workhour 1        working_hour working_hours business_hour business_hours 工作小时 个工作小时
month   1         month months 个月 個月
month   12        year years yr yrs 年 周年
month   3         quarter quarters 个季度 季度
eur     1         € eur euro euros 欧元 歐元
usd     1         $ usd dollar dollars 美元
gbp     1         £ gbp pound pounds 英镑
cny     1         ¥ cny rmb yuan 元 块 块钱 人民币 人民币元
jpy     1         jpy yen 日元 日圆
°c      1         °c 摄氏度 degrees_celsius degree_celsius 度
°f      1         °f 华氏度 degrees_fahrenheit
metre   1         m metre metres meter meters 米
metre   0.01      cm centimetre centimetres centimeter centimeters 厘米
metre   0.001     mm millimetre millimetres millimeter millimeters 毫米
metre   1000      km kilometre kilometres kilometer kilometers 公里 千米
gram    1         g gram grams 克
gram    1000      kg kilogram kilograms kilo kilos 千克 公斤
gram    0.001     mg milligram milligrams 毫克
litre   1         l litre litres liter liters 升
litre   0.001     ml millilitre millilitres milliliter milliliters 毫升
byte    1         byte bytes 字节
byte    1000      kb kilobyte kilobytes
byte    1000000   mb megabyte megabytes
byte    1000000000 gb gigabyte gigabytes
byte    1000000000000 tb terabyte terabytes
hertz   1         hz 赫兹
hertz   1000      khz
hertz   1000000   mhz 兆赫
hertz   1000000000 ghz
volt    1         v volt volts 伏
volt    0.001     mv
watt    1         w watt watts 瓦
watt    1000      kw 千瓦
"""


def _read_table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in _TABLE.strip().splitlines():
        base, factor, *names = line.split()
        for name in names:
            units[name.replace("_", " ")] = Unit(base, Decimal(factor))
    return units


UNITS = _read_table()
"""Spelling to unit."""

COUNTERS = frozenset("个個次人名台只件条份位套张瓶箱家间页种項项批倍")
"""Chinese measure words: they show that a numeral is one, and name no unit."""
