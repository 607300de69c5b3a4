<?php

global $_MODULE;
$_MODULE = [];
// Support Bridge: coins on the account page
$_MODULE['<{supportbridge}prestashop>supportbridge_170513551d9efabd9afc111c8ad4496c'] = 'Support Bridge: سکه‌ها در صفحهٔ حساب کاربری';
// Shows customers their support coins, plan and next expiry on their account page.
$_MODULE['<{supportbridge}prestashop>supportbridge_b1d71534a3081e10bd797054430ce009'] = 'سکه‌های پشتیبانی، بسته و نزدیک‌ترین مهلت استفاده را در صفحهٔ حساب کاربری به مشتری نشان می‌دهد.';
// Removing this module leaves its tables in the database: they belong to the support desk.
$_MODULE['<{supportbridge}prestashop>supportbridge_9193d98d7d88c840d533326d6bbe0222'] = 'با حذف این ماژول جدول‌های آن در پایگاه داده می‌مانند: آن‌ها متعلق به میز پشتیبانی هستند.';
// The tables are in place.
$_MODULE['<{supportbridge}prestashop>supportbridge_8f321872875b02f7a8cefddb7c66f6f7'] = 'جدول‌ها آماده‌اند.';
// The tables cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridge_a80c81d77b813f99dab08137c07aaef9'] = 'جدول‌ها قابل استفاده نیستند:';
// Key file of store
$_MODULE['<{supportbridge}prestashop>supportbridge_74069e051130430659c4bac9d50b9ccd'] = 'فایل کلید فروشگاه';
// A key file cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridge_899a3504eb2772503cabfd0876d85cb2'] = 'فایل کلید قابل استفاده نیست:';
// There is no key file in the config folder yet: run bridge store pair on the machine of the desk and put the file it names there.
$_MODULE['<{supportbridge}prestashop>supportbridge_2a86c8941258faf7e06690e923f14ee4'] = 'هنوز فایل کلیدی در پوشهٔ config نیست: روی سرور پشتیبانی bridge store pair را اجرا کنید و فایلی را که نام می‌برد اینجا بگذارید.';
// The config folder lies inside the web root: make sure that the web server hands out nothing from it.
$_MODULE['<{supportbridge}prestashop>supportbridge_98eaa18450da12e74577b08ad2efc72e'] = 'پوشهٔ config داخل ریشهٔ وب است: مطمئن شوید که وب‌سرور چیزی از آن در اختیار کسی نمی‌گذارد.';
// What the block needs
$_MODULE['<{supportbridge}prestashop>supportbridge_b9694435a13dec767be3a00f84df4ba5'] = 'نیازمندی‌های این بخش';
// Support coins
$_MODULE['<{supportbridge}prestashop>supportbridge_90fbef2395e059254be77582769f76cf'] = 'سکه‌های پشتیبانی';
// Coins available
$_MODULE['<{supportbridge}prestashop>supportbridge_69c7883c22adf2de61345de8bd43cfb0'] = 'سکه‌های قابل استفاده';
// Coins held
$_MODULE['<{supportbridge}prestashop>supportbridge_04043a4826ecddb333228ec9bab829af'] = 'سکه‌های رزروشده';
// Plan
$_MODULE['<{supportbridge}prestashop>supportbridge_0b6cbdf7ad2928078f1600a3e8979485'] = 'بسته';
// No active plan
$_MODULE['<{supportbridge}prestashop>supportbridge_b3fea88d41567f49f224430ecc594fe4'] = 'بستهٔ فعالی ندارید';
// Next expiry
$_MODULE['<{supportbridge}prestashop>supportbridge_5d5ba0f4d9fa1479323b218a861123f7'] = 'نزدیک‌ترین انقضا';
// No coins will expire
$_MODULE['<{supportbridge}prestashop>supportbridge_8936ac89b63895a3dd37838d217222cb'] = 'سکه‌ای در حال انقضا نیست';
// This account is paused at the moment. Please contact our support.
$_MODULE['<{supportbridge}prestashop>supportbridge_edac5528d85d8bb4a5e7728dfb487a3e'] = 'این حساب فعلاً متوقف شده است. لطفاً با پشتیبانی تماس بگیرید.';
// The tables could not be made. The error number of the database is in the log.
$_MODULE['<{supportbridge}prestashop>supportbridge_14b854154fd2940aa3bd2ac6159ba3fe'] = 'ساخت جدول‌ها ممکن نشد. شمارهٔ خطای پایگاه داده در گزارش ثبت شده است.';
// This module needs PHP 7.4 or newer.
$_MODULE['<{supportbridge}prestashop>supportbridge_76c67b2da924051c1d924c68eb0f24c7'] = 'این ماژول به PHP 7.4 یا نسخهٔ تازه‌تر نیاز دارد.';
// A changed order is told to the desk at once.
$_MODULE['<{supportbridge}prestashop>supportbridge_fd4aeb8bb97cce78ea32985dbfcb62ca'] = 'میز پشتیبانی از تغییر سفارش‌ها بی‌درنگ باخبر می‌شود.';
// The desk is not told of changed orders and looks at its own pace: run bridge store prepare on the machine of the desk to make the table of hints.
$_MODULE['<{supportbridge}prestashop>supportbridge_2b3123386b7597ac60feb4c7ff1a9173'] = 'میز پشتیبانی از تغییر سفارش‌ها بی‌درنگ باخبر نمی‌شود و با آهنگ خودش نگاه می‌کند: برای ساختن جدول supportbridge_hint روی سرور پشتیبانی bridge store prepare را اجرا کنید.';
// The desk is not told of changed orders and looks at its own pace: reset this module once.
$_MODULE['<{supportbridge}prestashop>supportbridge_415072c62f7cbd5286efa859a0d7ff6b'] = 'میز پشتیبانی از تغییر سفارش‌ها بی‌درنگ باخبر نمی‌شود و با آهنگ خودش نگاه می‌کند: این ماژول را یک بار بازنشانی کنید.';
// Customers can see offers, decide on them and write requests.
$_MODULE['<{supportbridge}prestashop>supportbridge_6fb3eef5a7d8908c4312cf585b5351aa'] = 'مشتریان پیشنهادها را می‌بینند، دربارهٔ آن‌ها تصمیم می‌گیرند و درخواست می‌نویسند.';
// Customers see their coins, but no offers, and cannot write requests: run bridge store prepare on the machine of the desk to make the tables.
$_MODULE['<{supportbridge}prestashop>supportbridge_a4256c32d6e8dc2287f3b8497e6c27df'] = 'مشتریان سکه‌هایشان را می‌بینند، اما پیشنهادی نمی‌بینند و نمی‌توانند درخواست بنویسند: برای ساختن جدول‌ها روی سرور پشتیبانی bridge store prepare را اجرا کنید.';
